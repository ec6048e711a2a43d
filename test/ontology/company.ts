/** Employees, their boss, and the projects that they work on. */
export const company = `
objectTypes:
  Employee:
    primaryKey: id
    titleProperty: name
    properties:
      id: { type: string }
      name: { type: string }
      level: { type: integer }
      salary: { type: double }
      badge: { type: long }
      rate: { type: decimal }
      active: { type: boolean }
      hired: { type: date }
      seen: { type: timestamp }
      tags: { type: array, items: { type: string } }
      address: { type: struct, fields: { city: { type: string }, floor: { type: integer } } }
      place: { type: geopoint }
      bossId: { type: string }
    permissions: { read: [users, services], edit: [group:hr] }
  Project:
    primaryKey: number
    properties: { number: { type: integer }, title: { type: string } }
    permissions: { read: [users], edit: [group:hr] }
  Salary:
    primaryKey: id
    properties: { id: { type: string }, amount: { type: double }, employeeId: { type: string } }
    permissions: { read: [group:hr], edit: [group:hr] }
  Audit:
    primaryKey: id
    properties: { id: { type: string } }
    permissions: { read: [anyone], edit: [] }
linkTypes:
  employeeBoss:
    from: { objectType: Employee, apiName: boss, foreignKey: bossId }
    to: { objectType: Employee, apiName: reports }
  membership:
    from: { objectType: Employee, apiName: projects }
    to: { objectType: Project, apiName: members }
  employeeSalary:
    from: { objectType: Salary, apiName: employee, foreignKey: employeeId }
    to: { objectType: Employee, apiName: salaries }
`;
